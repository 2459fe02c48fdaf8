"""Every file of a municipality's folder, gathered from the rooms that own them: see docs/load.md."""

from vefa.channels.loading import EndpointSection
from vefa.dialogue.loading import PhraseSection
from vefa.directory.load import sections
from vefa.kit.loading import Section
from vefa.triage.keywords.loading import KeywordSection

SECTIONS: tuple[Section, ...] = (*sections.SECTIONS, EndpointSection(), PhraseSection(), KeywordSection())
