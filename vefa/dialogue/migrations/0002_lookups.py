import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_tables"),
        ("dialogue", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reply",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="cases.case",
            ),
        ),
    ]
