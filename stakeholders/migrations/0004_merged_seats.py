import accounts.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stakeholders', '0003_distinct_pair'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='stakeholder',
            name='stakeholder_one_seat_per_person',
        ),
        migrations.AddField(
            model_name='stakeholder',
            name='merged_into',
            field=accounts.fields.WorkspaceForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stakeholders.stakeholder'),
        ),
        migrations.AddConstraint(
            model_name='stakeholder',
            constraint=models.UniqueConstraint(condition=models.Q(('merged_into__isnull', True)), fields=('workspace', 'opportunity', 'person'), name='stakeholder_one_seat_per_person', violation_error_message='This person has a seat in this deal already.'),
        ),
    ]
