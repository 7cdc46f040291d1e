import accounts.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_merged_row'),
        ('integrations', '0003_webhooks'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportRun',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('contents', models.CharField(choices=[('bundle', 'bundle of all facts'), ('all', 'all five tables'), ('companies', 'companies'), ('people', 'people'), ('opportunities', 'opportunities'), ('stakeholders', 'stakeholders'), ('interactions', 'interactions')], max_length=13)),
                ('format', models.CharField(choices=[('xlsx', 'workbook (XLSX)'), ('csv', 'text with commas (CSV)'), ('jsonl', 'JSON Lines')], max_length=5)),
                ('is_raw', models.BooleanField(default=False)),
                ('status', models.CharField(choices=[('waiting', 'being made'), ('ready', 'ready'), ('failed', 'given up')], default='waiting', max_length=7)),
                ('asked_at', models.DateTimeField()),
                ('attempts', models.IntegerField(default=0)),
                ('ready_at', models.DateTimeField(null=True)),
                ('row_count', models.IntegerField(default=0)),
                ('size', models.BigIntegerField(default=0)),
                ('asked_by', accounts.fields.WorkspaceForeignKey(null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='accounts.membership')),
                ('workspace', accounts.fields.WorkspaceKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'export',
            },
        ),
        migrations.CreateModel(
            name='ExportChunk',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('data', models.BinaryField()),
                ('workspace', accounts.fields.WorkspaceKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.workspace')),
                ('run', accounts.fields.WorkspaceForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='integrations.exportrun')),
            ],
            options={
                'verbose_name': 'piece of an export',
                'constraints': [models.UniqueConstraint(fields=('workspace', 'run', 'number'), name='piece_of_an_export_once')],
            },
        ),
    ]
