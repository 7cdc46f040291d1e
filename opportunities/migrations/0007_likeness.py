import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opportunities', '0006_decision_rule'),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='domain_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Lower(models.F('domain')), models.Value('^\\s*([a-z]+://)?(www\\.)?([^/:?#\\s]*).*$'), models.Value('\\3'), models.Value('g'), function='regexp_replace', output_field=models.TextField()), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='company',
            name='name_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.Func(django.db.models.functions.text.Replace(django.db.models.functions.text.Lower(models.Func(models.F('name'), function='normalize', output_field=models.TextField(), template='%(function)s(%(expressions)s, NFKD)')), models.Value('.'), models.Value('')), models.Value('[^[:alnum:]]+'), models.Value(' '), models.Value('g'), function='regexp_replace', output_field=models.TextField()), models.Value('\\m(nv|sa|bv|bvba|srl|sprl|cv|cvba|scrl|vzw|asbl|gmbh|ag|kg|se|sas|sarl|eurl|spa|ltd|plc|llc|inc|corp|oy|ab|as|aps)\\M'), models.Value(''), models.Value('g'), function='regexp_replace', output_field=models.TextField()), models.Value('[^[:alnum:]]+'), models.Value(''), models.Value('g'), function='regexp_replace', output_field=models.TextField()), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='company',
            index=models.Index(fields=['workspace', 'name_key', 'id'], name='company_like'),
        ),
        migrations.AddIndex(
            model_name='company',
            index=models.Index(fields=['workspace', 'domain_key', 'id'], name='company_same_domain'),
        ),
    ]
