/** For who may read a record and not change it: a button that opens the form of a proposal. */
import { Button } from "@mantine/core";
import { IconGitCompare } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useMay } from "@/shared/api/me";
import { isPast, type Row } from "@/shared/api/records";
import type { Description } from "@/shared/describe";
import type { Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";

export type SuggestionProps = { description: Description; record: Row; names: Names; title: string };

// Most pages are left again without it.
const SuggestionDialog = lazy(() => import("@/shared/dialogs/suggestion/suggestion-dialog"));

export function Suggestion(props: SuggestionProps) {
  const { text } = useText();
  const may = useMay();
  const [opened, setOpened] = useState(false);
  const update = props.description.actions.find(({ name }) => name === "update");
  if (!update?.permission || update.allowed || isPast(props.record) || !may("proposals.create")) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconGitCompare size={16} />} onClick={() => setOpened(true)}>
        {text("suggest.open")}
      </Button>
      {opened && (
        <Suspense fallback={null}>
          <SuggestionDialog {...props} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
