// What of Chart.js the charts use. scripts/build-web bundles this file by itself, from Debian's libjs-chart.js, and it is
// loaded only when a chart is to be drawn.

import {
  BarController, BarElement, CategoryScale, Chart, LinearScale, LineController, LineElement, PointElement, Tooltip,
} from "chart.js";

Chart.register(
  BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement, PointElement, Tooltip,
);

export { Chart };
