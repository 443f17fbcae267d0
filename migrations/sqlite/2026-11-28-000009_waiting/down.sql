-- Nothing waits any more: the program puts all of it into the index before it takes this step back.
DROP TRIGGER document_search_waiting_forget;
DROP TABLE document_search_waiting;
