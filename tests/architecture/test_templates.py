"""How templates are indented: by depth, and never by changing a line."""

from tools.templates import indented

LOOSE = """{% if case %}
<section>
    {% stencil %}<p>
  {% endstencil %}
  Old   words <b>stay </b>
  </p>
</section>
{% endif %}
"""
TIDY = """{% if case %}
  <section>
    {% stencil %}<p>
      {% endstencil %}
      Old   words <b>stay </b>
    </p>
  </section>
{% endif %}
"""


def test_a_template_is_indented_by_its_depth_though_a_piece_ends_within_an_element():
    assert indented({"loose": LOOSE, "tidy": TIDY}) == {"loose": TIDY, "tidy": TIDY}
