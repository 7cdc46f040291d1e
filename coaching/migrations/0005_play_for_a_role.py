from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("coaching", "0004_symptom_thresholds")]

    operations = [
        migrations.AddField(
            model_name="play",
            name="role",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="play",
            name="is_on",
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name="play",
            name="situation",
            field=models.CharField(
                choices=[
                    ("heard", "heard, and most likely at"),
                    ("unheard", "not heard yet, while most stand at"),
                    ("clarify", "two readings of one person"),
                    ("advise_to_stop", "long undecided, and no ground to go on"),
                    ("group", "a group far apart"),
                    ("constraint", "what limits a deal"),
                ],
                max_length=40,
            ),
        ),
        migrations.RemoveConstraint(model_name="play", name="play_code_once"),
        migrations.AddConstraint(
            model_name="play",
            constraint=models.UniqueConstraint(
                fields=("workspace", "code", "role"), name="play_once_for_a_role"
            ),
        ),
    ]
