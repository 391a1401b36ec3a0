import type { Template } from '../../support/lambda-package.ts';
import { evaluateMath } from './metric-math.ts';
import type { MathOptions, Series } from './metric-math.ts';
import { statistic } from './metric-store.ts';
import type { MetricStore } from './metric-store.ts';

/** A metric, or an entry of `Metrics`, as a template has it. */
interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}
interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly Period?: number;
  readonly ReturnData?: boolean;
  readonly MetricStat?: { readonly Metric: Metric; readonly Stat: string; readonly Period: number };
}
interface AlarmProperties extends Metric {
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly Query[];
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData?: string;
  readonly AlarmActions?: unknown;
}

/** The alarms of a template, as CloudWatch evaluates them. */
export interface Alarms {
  /** Names of the alarms with actions that are in the state ALARM when this minute ends. */
  ringing(store: MetricStore, minute: number): string[];
}

/** CloudWatch retrieves some more periods than it needs, and prefers real datapoints ("How alarm state is evaluated when data is missing"). */
const morePeriods = 2;

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

/**
 * Reads the alarms of templates. Names of resources are their logical ids. Windows slide with each minute, as those of an alarm
 * do without an EvaluationWindow. Throws an Error for what is not known here, so that no alarm is passed over.
 */
export function readAlarms(templates: readonly Pick<Template, 'Resources'>[], options: MathOptions): Alarms {
  const resources = templates.flatMap(({ Resources }) => Object.entries(Resources));
  const simple = new Map<string, AlarmProperties>();
  const composite = new Map<string, string>();
  for (const [name, { Type, Properties }] of resources) {
    if (Type === 'AWS::CloudWatch::Alarm') simple.set(name, resolved(Properties) as AlarmProperties);
    if (Type === 'AWS::CloudWatch::CompositeAlarm') composite.set(name, String(resolved(Properties.AlarmRule)));
  }
  return {
    ringing: (store, minute) => {
      const inAlarm = new Set(
        [...simple].flatMap(([name, alarm]) => (isInAlarm(alarm, store, minute, options) ? [name] : [])),
      );
      const withActions = [...inAlarm].filter((name) => simple.get(name)?.AlarmActions !== undefined);
      const ofRules = [...composite].flatMap(([name, rule]) => (isMet(rule, inAlarm) ? [name] : []));
      return [...withActions, ...ofRules].sort();
    },
  };
}

/** Rules are conjunctions of `ALARM("…")`. */
function isMet(rule: string, inAlarm: ReadonlySet<string>): boolean {
  return rule.split(' AND ').every((term) => {
    const name = /^ALARM\("(\w+)"\)$/.exec(term)?.[1];
    if (name === undefined) throw new Error(`The rule ${rule} is not known here.`);
    return inAlarm.has(name);
  });
}

function isInAlarm(alarm: AlarmProperties, store: MetricStore, minute: number, options: MathOptions): boolean {
  const { EvaluationPeriods: periods, DatapointsToAlarm = periods, Threshold, ComparisonOperator } = alarm;
  const breaches = comparisons[ComparisonOperator];
  if (!breaches) throw new Error(`The comparison ${ComparisonOperator} is not known here.`);
  const series = seriesOf(alarm, store, minute, periods + morePeriods, options);
  const real = series.filter((value) => value !== null).slice(0, periods);
  const missing = alarm.TreatMissingData === 'breaching' ? periods - real.length : 0;
  return real.filter((value) => breaches(value, Threshold)).length + missing >= DatapointsToAlarm;
}

/** The datapoints that an alarm compares with its threshold. */
function seriesOf(alarm: AlarmProperties, store: MetricStore, minute: number, length: number, options: MathOptions) {
  const windows = (
    period: number,
    valuesIn: (from: number, until: number) => readonly number[],
    stat: string,
  ): Series =>
    Array.from({ length }, (_, index) => {
      const until = minute + 1 - (index * period) / 60;
      return statistic(stat, valuesIn(until - period / 60, until));
    });
  const ofMetric = ({ Namespace, MetricName, Dimensions = [] }: Metric, period: number, stat: string) => {
    const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
    const metric = { namespace: Namespace, name: MetricName, dimensions };
    return windows(period, (from, until) => store.values(metric, from, until), stat);
  };
  const { Metrics, Period = 0 } = alarm;
  if (!Metrics) return ofMetric(alarm, Period, alarm.Statistic ?? alarm.ExtendedStatistic ?? '');
  const byId = (id: string): Series => {
    const query = Metrics.find(({ Id }) => Id === id);
    if (!query) throw new Error(`The alarm has no ${id}.`);
    const { MetricStat: stat, Expression = '' } = query;
    if (stat) return ofMetric(stat.Metric, stat.Period, stat.Stat);
    if (!Expression.startsWith('SELECT ')) return evaluateMath(Expression, byId, length, options);
    const { metric, where } = parseSelect(Expression);
    return windows(query.Period ?? 0, (from, until) => store.valuesWhere(metric, where, from, until), 'Sum');
  };
  const returned = Metrics.filter(({ ReturnData = true }) => ReturnData);
  if (returned.length !== 1) throw new Error('An alarm has one result.');
  return byId(returned[0]?.Id ?? '');
}

/** A query of Metrics Insights: a sum where one dimension has one of several values. */
function parseSelect(query: string) {
  const [, name = '', namespace = '', conditions = ''] =
    /^SELECT SUM\((\w+)\) FROM "([^"]+)" WHERE (.+)$/.exec(query) ?? [];
  const terms = conditions.split(' OR ').map((term) => /^(\w+) = '([^']+)'$/.exec(term));
  const [dimension] = new Set(terms.map((term) => term?.[1]));
  if (dimension === undefined || terms.includes(null)) throw new Error(`The query ${query} is not known here.`);
  return { metric: { namespace, name }, where: { dimension, values: terms.map((term) => term?.[2] ?? '') } };
}

/** A part of a template with the logical id in place of each reference. */
function resolved(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(resolved);
  if (typeof part !== 'object' || part === null) return part;
  const [[key, value] = ['', null]] = Object.entries(part) as [string, unknown][];
  if (key === 'Ref') return value;
  if (key === 'Fn::GetAtt') return (value as string[]).join('.');
  if (key === 'Fn::Sub') return String(value).replace(/\$\{([\w.:]+)\}/g, '$1');
  return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, resolved(each)]));
}
