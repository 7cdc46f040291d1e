import accounts.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_merged_row'),
        ('stakeholders', '0002_likeness'),
    ]

    operations = [
        migrations.CreateModel(
            name='DistinctPair',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('first_id', models.UUIDField()),
                ('second_id', models.UUIDField()),
                ('said_at', models.DateTimeField()),
                ('said_by', accounts.fields.WorkspaceForeignKey(null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='accounts.membership')),
                ('workspace', accounts.fields.WorkspaceKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.workspace')),
            ],
            options={
                'verbose_name': 'two that are not the same',
                'indexes': [models.Index(fields=['workspace', 'second_id'], name='distinct_pair_second')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'first_id', 'second_id'), name='distinct_pair_once'), models.CheckConstraint(condition=models.Q(('first_id__lt', models.F('second_id'))), name='distinct_pair_in_order')],
            },
        ),
    ]
