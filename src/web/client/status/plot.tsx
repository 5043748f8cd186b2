interface PlotProps {
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  /** The oldest first; null: nothing to show there. */
  readonly values: readonly (number | null)[];
  /** How many values fill its width. */
  readonly length: number;
  /** The value at its top; the largest of `values` when left out. */
  readonly top?: number;
}

const WIDTH = 240;
const HEIGHT = 48;

/** A small line of the latest values, the newest at the right edge. */
export function Plot({ label, values, length, top }: PlotProps) {
  const highest = top ?? Math.max(1, ...values.map((value) => value ?? 0));
  const step = WIDTH / (length - 1);
  const offset = WIDTH - (values.length - 1) * step;
  let path = '';
  let isDrawing = false;
  values.forEach((value, index) => {
    if (value !== null) {
      const x = (offset + index * step).toFixed(1);
      const y = (HEIGHT - 1 - (value / highest) * (HEIGHT - 2)).toFixed(1);
      path += `${isDrawing ? 'L' : 'M'}${x} ${y}`;
    }
    isDrawing = value !== null;
  });
  return (
    <svg
      class="plot"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} class="plot-ground" />
      <path d={path} class="plot-line" />
    </svg>
  );
}
