"""The municipality: units, staff, areas, services, agencies, hours and rights.

Owns what an administrator loads. Promises `access`: each staff member sees what role, unit and area allow.
"""
