/** Forms in a dialog: creating a record, and actions that ask for something. */
import { Modal } from "@mantine/core";
import { Suspense, useState } from "react";
import type { Json } from "@/shared/api/client";
import type { Row } from "@/shared/api/records";
import { type Action, actionOf, type Description, useDescription } from "@/shared/describe";
import type { Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { comparing, RecordForm } from "./record-form";

type CreateProps = {
  resource: string;
  initial?: Json;
  names?: Names;
  /** The fields that are asked for, in order; all if absent. */
  fields?: readonly string[];
  onClose: () => void;
  onCreated?: (row: Row) => void;
};

/** Creates a record of any resource. */
export function CreateDialog(props: CreateProps) {
  return (
    <Suspense fallback={null}>
      <CreateForm {...props} />
    </Suspense>
  );
}

function CreateForm({ resource, initial, names, fields, onClose, onCreated }: CreateProps) {
  const description = useDescription(resource);
  const action = actionOf(description, "create");
  if (!action) return null;
  return (
    <ActionDialog
      description={description}
      action={action}
      initial={initial}
      names={names}
      only={fields}
      onClose={onClose}
      onDone={onCreated}
    />
  );
}

type ActionProps = {
  description: Description;
  action: Action;
  row?: Row;
  initial?: Json;
  names?: Names;
  only?: readonly string[];
  onClose: () => void;
  onDone?: (answer: Json) => void;
};

export function ActionDialog({ description, action, row, initial, names, only, onClose, onDone }: ActionProps) {
  const { label } = useText();
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${label(description.label)}: ${label(action.label)}`}
      size={comparing(description, action, row) ? "xl" : "lg"}
    >
      <RecordForm
        description={description}
        action={action}
        row={row}
        initial={initial}
        names={names}
        only={only}
        onCancel={onClose}
        onDone={(answer) => {
          onClose();
          onDone?.(answer);
        }}
      />
    </Modal>
  );
}

/** A dialog that is open for something, or not. */
export function useDialog<T>() {
  const [subject, setSubject] = useState<T | null>(null);
  return { subject, open: setSubject, close: () => setSubject(null) };
}
