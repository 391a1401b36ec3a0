import { join } from 'node:path';
import { readYamlTemplate } from '../test/support/yaml-template.ts';

/** The properties of an alarm on which its price depends. */
interface AlarmProperties {
  readonly Metrics?: readonly { readonly MetricStat?: object; readonly Expression?: string }[];
}

/** How many metrics the alarms of a default deployment have, and how many alarms are composite. */
export function countAlarms(): { readonly metrics: number; readonly composite: number } {
  const { Resources } = readYamlTemplate(join(import.meta.dirname, '..', 'deploy', 'alarms.yml'));
  const always = Object.values(Resources).filter(({ Condition }) => Condition === undefined);
  const alarms = always.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  const metricsOf = ({ Metrics }: AlarmProperties) =>
    Metrics?.filter(({ MetricStat, Expression = '' }) => MetricStat ?? JSON.stringify(Expression).includes('SELECT '))
      .length ?? 1;
  return {
    metrics: alarms.reduce((sum, { Properties }) => sum + metricsOf(Properties as AlarmProperties), 0),
    composite: always.filter(({ Type }) => Type === 'AWS::CloudWatch::CompositeAlarm').length,
  };
}
