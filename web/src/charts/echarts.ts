import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridSimpleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only what is drawn: legend, tooltip, zoom and crosshair are the page's own.
use([BarChart, CanvasRenderer, CustomChart, GridSimpleComponent, LineChart, ScatterChart]);

export { init };
