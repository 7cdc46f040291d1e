import accounts.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_applications'),
    ]

    operations = [
        migrations.CreateModel(
            name='MergedRow',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('merged_id', models.UUIDField()),
                ('kept_id', models.UUIDField()),
                ('source', models.CharField(blank=True, max_length=80)),
                ('external_id', models.CharField(blank=True, max_length=120)),
                ('merged_at', models.DateTimeField()),
                ('workspace', accounts.fields.WorkspaceKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'merged row',
                'indexes': [models.Index(fields=['workspace', 'kept_id'], name='merged_row_of_kept')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'kind', 'merged_id'), name='merged_row_once'), models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('workspace', 'source', 'external_id', 'kind'), name='merged_row_once_per_source')],
            },
        ),
    ]
