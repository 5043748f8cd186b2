import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const IDLE_MS = 2800;

/** Whether nobody has touched anything for a while: then the controls leave the picture alone. */
export function useIdle(): ReadonlySignal<boolean> {
  const isIdle = useSignal(false);
  useEffect(() => {
    let timer = setTimeout(() => (isIdle.value = true), IDLE_MS);
    const wake = (): void => {
      isIdle.value = false;
      clearTimeout(timer);
      timer = setTimeout(() => (isIdle.value = true), IDLE_MS);
    };
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const event of events) document.addEventListener(event, wake);
    return () => {
      clearTimeout(timer);
      for (const event of events) document.removeEventListener(event, wake);
    };
  }, []);
  return isIdle;
}
