import { useState } from 'react';
import { Dialog } from '../dialogs/dialog.tsx';
import { TextButton } from '../states/text-button.tsx';
import css from './key-map.module.css';
import { keyGroups, keyOf } from './keys.ts';
import { useKeys } from './use-keys.ts';

/** Makes the keys work, and lists them. */
export function KeyMap() {
  const [opened, setOpened] = useState(false);
  useKeys();
  return (
    <>
      <TextButton
        data-action="help"
        aria-label="Keys"
        title={`Keys (${keyOf('help')})`}
        onClick={() => setOpened(true)}
      >
        ?
      </TextButton>
      <Dialog opened={opened} onClose={() => setOpened(false)} title="Keys">
        <div className={css.groups}>
          {keyGroups().map(({ where, keys }) => (
            <section key={where}>
              <h3 className={css.where}>{where}</h3>
              <dl className={css.keys}>
                {keys.map(({ shown, what }) => (
                  <div key={shown} className={css.line}>
                    <dt>
                      <kbd className={css.key}>{shown}</kbd>
                    </dt>
                    <dd>{what}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <p className={css.note}>Keys do nothing while something is typed or a dialog is open.</p>
      </Dialog>
    </>
  );
}
