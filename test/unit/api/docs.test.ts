import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fakeFilm } from './fake-film.ts';
import { at, TOKEN } from './fixture.ts';
import { pipelineFixture } from './pipeline-fixture.ts';

const PAGE = new URL('../../../docs/api.md', import.meta.url);

interface Example {
  readonly text: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

/** The curl commands of the page's `sh` blocks. */
function examplesOf(page: string, variables: Readonly<Record<string, string>>): Example[] {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => String(block).replaceAll('\\\n', ' '));
  const commands = blocks.flatMap((block) => block.split('\n')).filter((line) => line.trim() !== '');
  return commands.map((text) => {
    const [program, url, ...options] = words(text, variables);
    assert.equal(program, 'curl', text);
    const after = (flag: string): string[] => options.filter((_, i) => options[i - 1] === flag);
    const [body] = after('-d');
    return { text, method: body === undefined ? 'GET' : 'POST', url: String(url), headers: after('-H'), body };
  });
}

/** The words of a command line as a shell reads them, as far as the page needs it. */
function words(line: string, variables: Readonly<Record<string, string>>): string[] {
  const expand = (text: string): string =>
    text.replace(/\$(\w+)/g, (_, name: string) => {
      const value = variables[name];
      assert.ok(value !== undefined, `${line}: unknown variable ${name}`);
      return value;
    });
  return [...line.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|([^'"]+)/g, (_, single?: string, double?: string, plain?: string) =>
      single !== undefined ? single : expand(double?.replaceAll(/\\(["\\$])/g, '$1') ?? plain ?? ''),
    ),
  );
}

test('every example of docs/api.md works as it is written, and every route has one', async (t) => {
  // The film of the fixture is over; the examples of the player are asked of one that is not.
  const traceRange = { from: at('2024-03-01'), to: at('2024-04-01') };
  const jump = async () => ({ run: 'default-20240312t14' });
  const { request, begun, dir } = await pipelineFixture(t, { controls: fakeFilm().controls, traceRange, jump });
  const page = await readFile(PAGE, 'utf8');
  const examples = examplesOf(page.replaceAll('$PWD/spillway-data/runs/default', dir), { ADDRESS: '', TOKEN });
  for (const { text, method, url, headers, body } of examples) {
    await t.test(text, async () => {
      if (method === 'POST') {
        assert.deepEqual(headers, [`Authorization: Bearer ${TOKEN}`, 'Content-Type: application/json']);
      }
      if (url.startsWith('/api/live')) {
        const { type, text: events } = await begun(url);
        assert.match(type, /^text\/event-stream/);
        assert.match(events, /^event: run$[\s\S]+^event: status$[\s\S]+^event: panels$/m);
        return;
      }
      const response = await request(method, url, body);
      assert.equal(response.statusCode, 200, response.body);
      const { rows, hours, receipts } = response.json();
      for (const list of [rows, hours, receipts]) assert.ok(list === undefined || list.length > 0, 'an empty answer');
    });
  }

  const { paths }: { paths: Record<string, Record<string, unknown>> } = (
    await request('GET', '/api/openapi.json')
  ).json();
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ name: `${method.toUpperCase()} ${path}`, path })),
  );
  for (const { name, path } of routes) {
    await t.test(`${name} has an example and a paragraph`, () => {
      const pattern = new RegExp(`^${name.replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?|$)`);
      assert.ok(examples.some(({ method, url }) => pattern.test(`${method} ${url}`)));
      assert.ok(page.includes(`\`${name.replaceAll(/\{(\w+)\}/g, ':$1')}\``), path);
    });
  }
});
