/** The box that a comment is written in; @ and a few letters find somebody to mention. */
import { Button, Combobox, Group, Stack, Text, Textarea, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useMay } from "@/shared/api/me";
import { listPage } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { bodyOf, type Draft, mentionAt, soughtAt } from "./mentions";

const MOST = 8;
const LONGEST = 10_000;

type Props = {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** Sends the text as it is stored. */
  onSend: (body: string) => void;
  sending: boolean;
  action: string;
  hint?: string;
  autoFocus?: boolean;
  children?: ReactNode;
};

export function Writer({ draft, onChange, onSend, sending, action, hint, autoFocus, children }: Props) {
  const { text } = useText();
  const box = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const next = useRef<number | null>(null);
  const sought = soughtAt(draft.text, caret);
  const people = usePeople(sought);
  const opened = sought !== null && sought !== dismissed && people.length > 0;
  const combobox = useCombobox({ opened, onOpenedChange: (open) => !open && setDismissed(sought) });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first of those that are found now
  useEffect(() => {
    if (opened) combobox.selectFirstOption();
  }, [opened, people]);

  useEffect(() => {
    if (next.current === null) return;
    box.current?.setSelectionRange(next.current, next.current);
    next.current = null;
  });

  const choose = (userId: string) => {
    const person = people.find(({ id }) => id === userId);
    if (!person) return;
    const chosen = mentionAt(draft, caret, person.name, userId);
    next.current = chosen.caret;
    setCaret(chosen.caret);
    setDismissed(null);
    onChange(chosen.draft);
  };

  const send = () => {
    if (draft.text.trim() && !sending) onSend(bodyOf(draft));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      send();
    }
    if (event.key === "Tab" && opened) {
      event.preventDefault();
      combobox.clickSelectedOption();
    }
  };

  return (
    <Stack gap="xs" onKeyDownCapture={onKeyDown}>
      <Combobox store={combobox} onOptionSubmit={choose} position="bottom-start" withinPortal>
        <Combobox.DropdownTarget>
          <div>
            <Combobox.EventsTarget withKeyboardNavigation={opened} withAriaAttributes={opened}>
              <Textarea
                ref={box}
                aria-label={text("comments.write")}
                placeholder={text("comments.placeholder")}
                value={draft.text}
                onChange={(event) => {
                  setCaret(event.currentTarget.selectionStart);
                  onChange({ ...draft, text: event.currentTarget.value });
                }}
                onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
                onBlur={() => setDismissed(sought)}
                autosize
                minRows={2}
                maxRows={12}
                maxLength={LONGEST}
                autoFocus={autoFocus}
              />
            </Combobox.EventsTarget>
          </div>
        </Combobox.DropdownTarget>
        <Combobox.Dropdown hidden={!opened}>
          <Combobox.Options aria-label={text("comments.people")}>
            {people.map(({ id, name }) => (
              <Combobox.Option key={id} value={id}>
                {name}
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
        <Group gap="xs">
          {children}
          <Button size="xs" loading={sending} disabled={!draft.text.trim()} onClick={send}>
            {action}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

type Person = { id: string; name: string };
const NOBODY: Person[] = [];

/** Who may be meant by what is sought, of those that the person may read. */
function usePeople(sought: string | null): Person[] {
  const may = useMay()("users.read");
  const [asked] = useDebouncedValue(sought?.trim() ?? null, 120);
  const words = asked ? ` AND display_name : ${quoted(asked)}` : "";
  const found = useQuery({
    queryKey: ["choices", "users", "mention", asked],
    queryFn: async ({ signal }) => {
      const fields = ["id", "display_name"];
      const filter = `status = ACTIVE${words}`;
      const { rows } = await listPage(
        { resource: "users", filter, orderBy: "display_name", fields, pageSize: MOST },
        "",
        signal,
      );
      return rows.map((row): Person => ({ id: row.id, name: row.display_name }));
    },
    enabled: may && asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return (sought !== null && found.data) || NOBODY;
}
