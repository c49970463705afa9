/** What was done to one record, and by whom; nothing for whoever may not read the audit trail. */
import { Paper, Title } from "@mantine/core";
import { Suspense } from "react";
import { useMay } from "@/shared/api/me";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { Entries } from "./entries";

type Props = { kind: string; id: string };

/** `kind` is the kind of the record: "crm.sales.opportunity". */
export function History(props: Props) {
  const may = useMay();
  if (!may("audit_entries.read")) return null;
  return (
    // What it is below does not wait for the texts.
    <Suspense>
      <Told {...props} />
    </Suspense>
  );
}

function Told({ kind, id }: Props) {
  const { text } = useText("audit");
  const type = kind.split(".").at(-1) ?? "";
  return (
    <Paper withBorder p="md" component="section" aria-label={text("audit.history")}>
      <Title order={2} size="h5" mb="xs">
        {text("audit.history")}
      </Title>
      <Entries filter={`record_type = ${quoted(type)} AND record_id = ${quoted(id)}`} oneRecord />
    </Paper>
  );
}
