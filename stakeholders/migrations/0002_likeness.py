import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opportunities', '0007_likeness'),
        ('stakeholders', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Lower(models.Func(models.Func(models.F('name'), models.Value('^([^,]+),\\s*([^,]+)$'), models.Value('\\2 \\1'), models.Value('g'), function='regexp_replace', output_field=models.TextField()), function='normalize', output_field=models.TextField(), template='%(function)s(%(expressions)s, NFKD)')), models.Value('[^[:alnum:]]+'), models.Value(''), models.Value('g'), function='regexp_replace', output_field=models.TextField()), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['workspace', 'company', 'name_key', 'id'], name='person_like'),
        ),
    ]
