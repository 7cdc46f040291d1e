from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opportunities', '0003_import_slot'),
    ]

    operations = [
        migrations.AlterField(
            model_name='scheduleslot',
            name='job',
            field=models.CharField(choices=[('night', 'Night'), ('periods', 'Periods'), ('import', 'Import'), ('accuracy', 'Accuracy')], max_length=20),
        ),
    ]
