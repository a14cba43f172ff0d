import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** A server whose data the page shows while it is being worked on: `SPILLWAY_ADDRESS=http://127.0.0.1:4870 npx vite`. */
const address = process.env.SPILLWAY_ADDRESS ?? 'http://127.0.0.1:4870';

export default defineConfig({
  plugins: [react()],
  // The API's Content-Security-Policy allows files of this server only: nothing may be inlined into the page.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2023', sourcemap: false },
  // It answers pages of its own only.
  server: { proxy: { '/api': { target: address, changeOrigin: true, headers: { origin: address } } } },
});
