/**
 * Lets a measurement hear every message of the live stream in the page at the moment it comes, as the page itself does:
 * `onLive(({ event, data, at }) => ...)`, `at` in wall milliseconds. Goes before the page's own script.
 */
export const LIVE_TAP = `(() => {
  const listeners = [];
  window.onLive = (listener) => listeners.push(listener);
  const tell = (message, at) => {
    const field = (name) => message.split('\\n').find((line) => line.startsWith(name + ': '))?.slice(name.length + 2);
    const [event, data] = [field('event'), field('data')];
    if (event !== undefined) for (const listener of listeners) listener({ event, data, at });
  };
  const listen = async (stream) => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of stream) {
      const at = Date.now();
      const messages = (text + decoder.decode(piece, { stream: true })).split('\\n\\n');
      text = messages.pop();
      for (const message of messages) tell(message, at);
    }
  };
  const original = window.fetch;
  window.fetch = async (input, init) => {
    const response = await original(input, init);
    if (!response.ok || !String(input).startsWith('/api/live')) return response;
    const [mine, theirs] = response.body.tee();
    // The page ends a stream when it asks another question.
    listen(mine).catch(() => {});
    return new Response(theirs, response);
  };
})();`;
