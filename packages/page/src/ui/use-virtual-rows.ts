import {
  Virtualizer,
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

/** Sizes in pixels, and what stays. */
export interface VirtualRowsOptions {
  readonly rowHeight: number;
  /** Of what stands above the rows, and covers them when they are scrolled. */
  readonly headHeight: number;
  /**
   * A row that is there wherever the list is scrolled to: the one with the focus, which would be
   * lost with it.
   */
  readonly kept: number;
}

/** The rows of a long list that are near what is visible. */
export function useVirtualRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  { rowHeight, headHeight, kept }: VirtualRowsOptions,
) {
  const [, rerender] = useReducer((round: number, _: null) => round + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const near = defaultRangeExtractor(range);
      return kept >= count || near.includes(kept) ? near : [...near, kept];
    },
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => rerender(null),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}
