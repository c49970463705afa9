/** Finds pages and records by a few letters (Ctrl-K). */
import { Kbd, Loader } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconKeyboard, IconSearch, IconTable } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, data } from "@/shared/api/client";
import { useSummaries } from "@/shared/describe";
import type { Icon } from "@/shared/feature";
import { useText } from "@/shared/i18n";
import { note, pageAt, whenPainted } from "@/shared/timing/timing";
import { featureOf } from "./features";

/** Long enough to look for: two letters, or one sign of a script that is written without blanks. */
const isWord = (text: string) =>
  text.length >= 2 || /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(text);

type Page = { to: string; title: string; icon: Icon; key?: string };

export default function Palette({ pages, onKeys }: { pages: Page[]; onKeys: () => void }) {
  const { text, label } = useText();
  const navigate = useNavigate();
  const summaries = useSummaries();
  const [query, setQuery] = useState("");
  const typed = useRef<number | null>(null);
  // The first letter is asked for at once, those that follow it quickly together.
  const [asked] = useDebouncedValue(query.trim(), 100, { leading: true });
  const search = useQuery({
    queryKey: ["search", asked],
    queryFn: ({ signal }) =>
      data(api.GET("/v1/search", { params: { query: { query: asked, page_size: 20 } }, signal })),
    enabled: isWord(asked),
    placeholderData: keepPreviousData,
  });
  const foundAt = search.isSuccess && !search.isPlaceholderData && search.dataUpdatedAt;
  useEffect(() => {
    const since = typed.current;
    if (!foundAt || since === null) return;
    typed.current = null;
    whenPainted((at) => note(pageAt(since), "SEARCH", at - since));
  }, [foundAt]);
  const records = (isWord(asked) ? (search.data?.hits ?? []) : []).flatMap((hit): SpotlightActionData[] => {
    const summary = summaries.find(({ name, service }) => name === hit.record_type && service === hit.service);
    if (!summary) return [];
    const Icon = featureOf(summary.plural)?.icon ?? IconTable;
    return [
      {
        id: hit.record_id,
        label: hit.title,
        description: [label(summary.label), hit.subtitle].filter(Boolean).join(" · "),
        leftSection: <Icon size={18} stroke={1.5} />,
        onClick: () => navigate({ to: "/$resource/$id", params: { resource: summary.plural, id: hit.record_id } }),
      },
    ];
  });
  const words = query.trim().toLowerCase();
  const found = [
    ...pages.map(({ to, title, icon, key }) => ({
      to,
      title,
      icon,
      keys: key && `g ${key}`,
      open: () => navigate({ to }),
    })),
    { to: "keys", title: text("keys.title"), icon: IconKeyboard, keys: "?", open: onKeys },
  ]
    .filter(({ title }) => title.toLowerCase().includes(words))
    .map(
      ({ to, title, icon: Icon, keys, open }): SpotlightActionData => ({
        id: to,
        label: title,
        leftSection: <Icon size={18} stroke={1.5} />,
        rightSection: keys && <Kbd size="xs">{keys}</Kbd>,
        onClick: open,
      }),
    );
  return (
    <Spotlight
      // The shell opens it, which is there before this is loaded.
      shortcut={null}
      query={query}
      onQueryChange={(next) => {
        typed.current = performance.now();
        setQuery(next);
      }}
      // The server has found them by its own rules.
      filter={(_, actions) => actions}
      actions={[
        { group: text("palette.records"), actions: records },
        { group: text("palette.pages"), actions: found },
      ].filter(({ actions }) => actions.length)}
      nothingFound={text("field.nothing")}
      searchProps={{
        leftSection: search.isFetching ? <Loader size={16} /> : <IconSearch size={18} />,
        placeholder: text("palette.placeholder"),
      }}
      scrollable
      maxHeight={440}
    />
  );
}
