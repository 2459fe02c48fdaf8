"""A report in the making: one question a page, answers kept in the resident's session until they send it."""
