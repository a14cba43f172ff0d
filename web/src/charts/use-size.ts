import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Size } from './drawing.ts';

/** How large an element is, in whole pixels; undefined before it is known and while it cannot be seen. */
export function useSize(of: RefObject<HTMLElement | null>): Size | undefined {
  const [size, setSize] = useState<Size>();
  useLayoutEffect(() => {
    const element = of.current;
    if (element === null) return;
    const measure = () => {
      const [width, height] = [element.clientWidth, element.clientHeight];
      const next = width === 0 || height === 0 ? undefined : { width, height };
      setSize((before) => (before?.width === next?.width && before?.height === next?.height ? before : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return size;
}
