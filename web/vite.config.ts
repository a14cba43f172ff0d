import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The API's Content-Security-Policy allows files of this server only: nothing may be inlined into the page.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2023', sourcemap: false },
  server: { proxy: { '/api': process.env.SPILLWAY_ADDRESS ?? 'http://127.0.0.1:4870' } },
});
