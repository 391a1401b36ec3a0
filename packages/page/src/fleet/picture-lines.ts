import type { Picture, PictureNode } from './picture-data.ts';

/** A line of a side: a node, or the heading of those that follow. */
export interface Line {
  readonly node: PictureNode | null;
  readonly text: string;
}

/** A picture as lines of text. */
export interface PictureLines {
  readonly lefts: readonly Line[];
  readonly rights: readonly Line[];
  /** In which line a node is: `l` and its id on the left, `r` and its id on the right. */
  readonly heights: ReadonlyMap<string, number>;
}

/** Where the nodes of a picture are. */
export function tracksOf({ left, right }: Pick<Picture, 'left' | 'right'>): PictureLines {
  const [lefts, rights] = [linesOf(left), linesOf(right)];
  const places = (side: string, lines: readonly Line[]) =>
    lines.flatMap(({ node }, index) => (node === null ? [] : [[`${side}${node.id}`, index] as const]));
  return { lefts, rights, heights: new Map([...places('l', lefts), ...places('r', rights)]) };
}

function linesOf(nodes: readonly PictureNode[]): readonly Line[] {
  return nodes.flatMap((node, index) => {
    const line = { node, text: node.name };
    const isFirst = node.group !== '' && node.group !== nodes[index - 1]?.group;
    return isFirst ? [{ node: null, text: node.group }, line] : [line];
  });
}
