DROP TABLE model_catalogue;
DROP TABLE model_price;
DROP TABLE model;
DROP TABLE api_token;
DROP TABLE provider_key;
