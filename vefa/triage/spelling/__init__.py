"""How words of Kazakh, Russian and Persian are brought from Latin letters to those of their language."""
