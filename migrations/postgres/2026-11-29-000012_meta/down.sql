DROP TABLE document_meta;
