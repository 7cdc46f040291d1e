from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opportunities', '0007_likeness'),
    ]

    operations = [
        migrations.AlterField(
            model_name='scheduleslot',
            name='job',
            field=models.CharField(choices=[('night', 'Night'), ('periods', 'Periods'), ('import', 'Import'), ('accuracy', 'Accuracy'), ('learning', 'Learning'), ('export', 'Export')], max_length=20),
        ),
    ]
