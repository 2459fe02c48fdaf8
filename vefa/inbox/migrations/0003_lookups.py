import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_tables"),
        ("citizens", "0001_tables"),
        ("inbox", "0002_public_number"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="contact",
            name="contact_waiting",
        ),
        migrations.AlterField(
            model_name="contact",
            name="conversation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts",
                to="inbox.conversation",
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="endpoint",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts",
                to="channels.endpoint",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("handled_at", None), ("state", "waiting")),
                fields=["id"],
                name="contact_waiting",
            ),
        ),
    ]
