from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("stakeholders", "0004_merged_seats")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="action",
            field=models.CharField(
                blank=True, default="", max_length=20, verbose_name="our step"
            ),
            preserve_default=False,
        ),
    ]
