// Debian's libjs-chart.js has no types; this is what the charts use of it.
declare module "chart.js" {
  export class Chart {
    static register(...parts: unknown[]): void;
    constructor(canvas: HTMLCanvasElement, configuration: unknown);
    destroy(): void;
  }
  export const BarController: unknown;
  export const BarElement: unknown;
  export const CategoryScale: unknown;
  export const LinearScale: unknown;
  export const LineController: unknown;
  export const LineElement: unknown;
  export const PointElement: unknown;
  export const Tooltip: unknown;
}
