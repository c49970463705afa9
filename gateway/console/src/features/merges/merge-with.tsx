/** The ways to the dialog: from a record, and from the selected ones of a list. */
import { Button } from "@mantine/core";
import { IconArrowMerge } from "@tabler/icons-react";
import { useState } from "react";
import { actionOf, useDescription } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { MergeDialog } from "./merge-dialog";
import { isMergeable, MOST } from "./merging";

type Props = { resource: string; ids: readonly string[]; onDone?: () => void };

/** Nothing for whoever may not merge, or where too many or too few are selected. */
export default function MergeWith({ resource, ids, onDone }: Props) {
  const { text, label } = useText("merges");
  const [open, setOpen] = useState(false);
  const action = actionOf(useDescription(resource), "merge");
  if (!action || !isMergeable(resource) || ids.length > MOST || (onDone && ids.length < 2)) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconArrowMerge size={14} />} onClick={() => setOpen(true)}>
        {onDone ? label(action.label) : text("merges.with_another")}
      </Button>
      {open && (
        <MergeDialog
          resource={resource}
          ids={ids}
          onClose={() => {
            setOpen(false);
            onDone?.();
          }}
        />
      )}
    </>
  );
}
