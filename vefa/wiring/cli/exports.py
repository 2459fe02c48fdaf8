"""What an export holds: one statement each; the names of its columns are promised in `docs/export.md`."""

_CONTACTS = """
SELECT contact.id, endpoint.key AS endpoint, endpoint.channel, contact.external_id, contact.lane,
    contact.sequence, contact.form, contact.state, contact.received_at, contact.said_at, contact.handled_at,
    COALESCE(found.reference, contact.reference) AS reference, found.opened AS opened_case,
    contact.conversation_id AS conversation, contact.citizen_id AS citizen, contact.message_id,
    contact.language, CASE WHEN held THEN '' ELSE contact.subject END AS subject,
    CASE WHEN held THEN '' ELSE contact.text END AS text,
    CASE WHEN held THEN NULL ELSE contact.lat END AS lat,
    CASE WHEN held THEN NULL ELSE contact.lon END AS lon,
    CASE WHEN held THEN '' ELSE contact.place_text END AS place_text,
    (SELECT count(*) FROM inbox_attachment AS file WHERE file.contact_id = contact.id) AS files,
    contact.tries, contact.trouble
FROM inbox_contact AS contact
JOIN channels_endpoint AS endpoint ON endpoint.id = contact.endpoint_id
CROSS JOIN LATERAL (SELECT endpoint.personal AND NOT contact.details ? 'filed' AS held) AS private
LEFT JOIN LATERAL (
    SELECT matter.reference, link.opened FROM cases_casecontact AS link
    JOIN cases_case AS matter ON matter.id = link.case_id
    WHERE link.contact_id = contact.id ORDER BY link.opened DESC, link.id LIMIT 1
) AS found ON true
ORDER BY contact.id
"""
_CASES = """
SELECT matter.id, matter.reference, opening.endpoint, opening.external_id, matter.channel, matter.kind,
    matter.urgency, service.code AS service, area.key AS area, unit.key AS unit, staff.username AS staff,
    matter.state, matter.outcome, matter.title, matter.text, matter.language, matter.place_text, matter.lat,
    matter.lon, matter.private, matter.public, matter.unsure, matter.citizen_id AS citizen,
    matter.conversation_id AS conversation, parent.reference AS parent, master.reference AS master,
    matter.supporters, matter.reopened, matter.opened_at, matter.said_at, matter.first_answered_at,
    matter.due_at, matter.planned_date::text AS planned_date, matter.ended_at, matter.changed_at,
    agency.key AS agency, matter.answer_due_at, matter.public_text
FROM cases_case AS matter
LEFT JOIN directory_service AS service ON service.id = matter.service_id
LEFT JOIN directory_area AS area ON area.id = matter.area_id
LEFT JOIN directory_unit AS unit ON unit.id = matter.unit_id
LEFT JOIN directory_staff AS staff ON staff.id = matter.staff_id
LEFT JOIN directory_agency AS agency ON agency.id = matter.agency_id
LEFT JOIN cases_case AS parent ON parent.id = matter.parent_id
LEFT JOIN cases_case AS master ON master.id = matter.master_id
LEFT JOIN LATERAL (
    SELECT endpoint.key AS endpoint, contact.external_id FROM cases_casecontact AS link
    JOIN inbox_contact AS contact ON contact.id = link.contact_id
    JOIN channels_endpoint AS endpoint ON endpoint.id = contact.endpoint_id
    WHERE link.case_id = matter.id ORDER BY link.opened DESC, link.id LIMIT 1
) AS opening ON true
ORDER BY matter.id
"""
_DELIVERIES = """
SELECT delivery.id, delivery.key, endpoint.key AS endpoint, delivery.provider_id AS external_id,
    matter.reference, delivery.reply_id AS reply, delivery.conversation_id AS conversation,
    address.space AS address_space, CASE WHEN held THEN '' ELSE address.value END AS address, delivery.state,
    reply.automatic, reply.phrase_key AS phrase, reply.cause, reply.language,
    CASE WHEN held THEN '' ELSE reply.text END AS text,
    (SELECT count(*) FROM dialogue_enclosure AS file WHERE file.reply_id = reply.id) AS files, delivery.tries,
    delivery.resent, delivery.trouble, delivery.queued_at, delivery.due_at, delivery.handed_over_at,
    delivery.delivered_at, delivery.read_at, delivery.ended_at
FROM dialogue_delivery AS delivery
JOIN dialogue_reply AS reply ON reply.id = delivery.reply_id
LEFT JOIN cases_case AS matter ON matter.id = reply.case_id
LEFT JOIN channels_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
LEFT JOIN inbox_conversation AS conversation ON conversation.id = delivery.conversation_id
LEFT JOIN citizens_address AS address ON address.id = conversation.address_id
CROSS JOIN LATERAL (SELECT COALESCE(endpoint.personal, false) AND reply.case_id IS NULL AS held) AS private
ORDER BY delivery.id
"""
_EVENTS = """
SELECT event.id, event.at, event.kind, event.subject, matter.reference, endpoint.key AS endpoint,
    contact.external_id, event.actor, event.data, event.handled_at, event.tries, event.parked_at,
    event.trouble
FROM journal_event AS event
LEFT JOIN cases_case AS matter
    ON matter.id = CASE WHEN event.subject ~ '^case:[0-9]+$' THEN substr(event.subject, 6)::bigint END
LEFT JOIN inbox_contact AS contact
    ON contact.id = CASE WHEN event.subject ~ '^contact:[0-9]+$' THEN substr(event.subject, 9)::bigint END
LEFT JOIN channels_endpoint AS endpoint ON endpoint.id = contact.endpoint_id
ORDER BY event.id
"""
QUERIES = {"cases": _CASES, "contacts": _CONTACTS, "deliveries": _DELIVERIES, "events": _EVENTS}
