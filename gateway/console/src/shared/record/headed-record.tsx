/** A page of a record that begins with its title and some of its fields, and goes on with what is special about it. */
import { Paper, Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import type { Row } from "@/shared/api/records";
import type { Description } from "@/shared/describe";
import { Failed } from "@/shared/ui/problem";
import { useDescribedRecord } from "./described-record";
import { Fields, RecordHeader } from "./record-page";

type Props = {
  resource: string;
  id: string;
  /** The fields that are shown and changed where they stand. */
  only: string[];
  /** What follows; it begins anew with each version of the record. */
  children: (description: Description, record: Row) => ReactNode;
};

export function HeadedRecord({ resource, id, only, children }: Props) {
  const { description, read } = useDescribedRecord(resource, id);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const { record, names } = read.data;
  return (
    <Stack className="page">
      <RecordHeader description={description} record={record} names={names} />
      <Paper withBorder p="md">
        <Fields description={description} record={record} names={names} only={only} />
      </Paper>
      <Stack key={record.etag}>{children(description, record)}</Stack>
    </Stack>
  );
}
