from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("on_the_spot", True)), fields=["staff", "-contact"], name="call_spotted"
            ),
        ),
        migrations.AddIndex(
            model_name="dialling",
            index=models.Index(fields=["seat", "-asked_at"], name="dialling_seat"),
        ),
    ]
