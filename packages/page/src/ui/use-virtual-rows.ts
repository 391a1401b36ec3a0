import {
  Virtualizer,
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
} from '@tanstack/virtual-core';
import { options as preact } from 'preact';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks';

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
  const isPrinting = usePrinting();
  const [, rerender] = useReducer((round: number, _: null) => round + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      if (isPrinting) return Array.from({ length: count }, (_, index) => index);
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

/** Whether the page is being printed: then all rows are there. */
function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const set = ({ type }: Event) => {
      // The browser prints what is there when the listener returns.
      const { debounceRendering } = preact;
      preact.debounceRendering = (render) => render();
      setPrinting(type === 'beforeprint');
      if (debounceRendering) preact.debounceRendering = debounceRendering;
      else delete preact.debounceRendering;
    };
    addEventListener('beforeprint', set);
    addEventListener('afterprint', set);
    return () => {
      removeEventListener('beforeprint', set);
      removeEventListener('afterprint', set);
    };
  }, []);
  return isPrinting;
}
