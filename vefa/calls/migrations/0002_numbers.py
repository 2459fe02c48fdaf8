from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_tables")]

    operations = [
        migrations.RemoveConstraint(model_name="callback", name="call_back_once"),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)),
                fields=("number", "endpoint"),
                name="call_back_of_line",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["called", "began_at"], name="call_called"),
        ),
    ]
