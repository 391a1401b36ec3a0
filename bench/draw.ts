import { init } from 'echarts';
import type { EChartsOption } from 'echarts';

/** A row of numbers with a name; null: none. */
interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** A chart with horizontal bars, the first category at the top. */
interface Bars {
  readonly title: string;
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  readonly isStacked?: boolean;
  readonly isLogarithmic?: boolean;
}

/** A chart with a line for each series. */
interface Lines {
  readonly title: string;
  readonly x: readonly string[];
  readonly series: readonly Series[];
}

/** Greys and colours whose contrast is at least 4 on white and on GitHub's dark background. */
const grey = '#767676';
const faint = '#76767655';
const colours = ['#2f7fc1', '#c2571a', '#3d8b4f', '#8a63c4', '#a8761b', '#bf4f7f', '#4f8a8b'];

const width = 760;

/** Draws bars as SVG. */
export function drawBars({ title, categories, series, isStacked = false, isLogarithmic = false }: Bars): string {
  const rows = categories.length * (isStacked ? 1 : series.length);
  const longest = Math.max(...categories.map(({ length }) => length));
  return draw(90 + Math.max(26 * rows, 30 * categories.length), title, series, {
    // The library does not know the width of a font without a browser, and takes it for narrower than it is.
    grid: { ...grid(series), left: 24 + 7.5 * longest, bottom: grid(series).bottom + 24, containLabel: false },
    xAxis: { type: isLogarithmic ? 'log' : 'value', splitNumber: 3, ...axis },
    yAxis: {
      type: 'category',
      data: [...categories],
      inverse: true,
      ...axis,
    },
    series: series.map(({ name, values }) => ({
      type: 'bar' as const,
      name,
      data: values.map(rounded),
      ...(isStacked ? { stack: 'all' } : {}),
      label: {
        show: true,
        position: isStacked ? ('inside' as const) : ('right' as const),
        color: isStacked ? '#fff' : grey,
      },
    })),
  });
}

/** Draws lines as SVG. */
export function drawLines({ title, x, series }: Lines): string {
  return draw(360, title, series, {
    xAxis: { type: 'category', data: [...x], ...axis },
    yAxis: { type: 'value', ...axis },
    series: series.map(({ name, values }) => ({ type: 'line' as const, name, data: values.map(rounded) })),
  });
}

/** The place of a chart, with room for the legend. */
function grid(series: readonly Series[]) {
  return { left: 16, right: 60, top: 44, bottom: series.length > 1 ? 36 : 12, containLabel: true };
}

const axis = {
  axisLabel: { color: grey },
  axisLine: { lineStyle: { color: grey } },
  splitLine: { lineStyle: { color: faint } },
};

function rounded(value: number | null): number | '-' {
  return value === null ? '-' : Number(value.toPrecision(3));
}

/** Draws a chart without a browser, on a transparent background. */
function draw(height: number, title: string, series: readonly Series[], option: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    color: colours,
    textStyle: { fontFamily: 'sans-serif' },
    title: { text: title, textStyle: { color: grey, fontSize: 14 }, left: 8 },
    legend: { show: series.length > 1, bottom: 0, itemGap: 24, textStyle: { color: grey, fontSize: 11 } },
    grid: grid(series),
    ...option,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Names in it count the charts and styles of the process.
  const names = new Map<string, string>();
  const named = svg.replaceAll(/\bzr\d+-[\w-]+/g, (name) => {
    names.set(name, names.get(name) ?? `name-${names.size}`);
    return names.get(name) ?? name;
  });
  return `${named}\n`;
}
