from django.db import migrations, models

from vefa.kit.indexes import BuildIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("calls", "0002_numbers")]

    operations = [
        BuildIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("on_the_spot", True)), fields=["staff", "-contact"], name="call_spotted"
            ),
        ),
        BuildIndex(
            model_name="dialling",
            index=models.Index(fields=["seat", "-asked_at"], name="dialling_seat"),
        ),
    ]
