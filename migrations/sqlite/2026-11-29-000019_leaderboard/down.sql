DROP TABLE network_key;
DROP TABLE standing_state;
DROP TABLE standing;
DROP TABLE run_event;
DROP TABLE fork;
DROP TABLE vote_event;
DROP TABLE publication;
