-- A small shop, filled, asked, changed and emptied. Every value comes from a row's own number, so the
-- answers are the same on every run.

PRAGMA page_size = 4096;
PRAGMA temp_store = MEMORY;

CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, notes TEXT);
CREATE TABLE product (id INTEGER PRIMARY KEY, title TEXT UNIQUE, price REAL, picture BLOB);
CREATE TABLE purchase (
  id INTEGER PRIMARY KEY,
  customer INTEGER REFERENCES customer (id) ON DELETE CASCADE,
  product INTEGER REFERENCES product (id),
  amount INTEGER CHECK (amount > 0),
  day TEXT
);
CREATE TABLE log (what TEXT, who INTEGER);
CREATE TRIGGER customer_left AFTER DELETE ON customer BEGIN
  INSERT INTO log VALUES ('left ' || old.name, old.id);
END;
PRAGMA foreign_keys = ON;

BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
INSERT INTO customer
SELECT i, printf('customer %05d', i * 7919 % 4001), 'city ' || (i * 31 % 97),
  substr(hex(zeroblob(200)), 1, i * 13 % 400)
FROM n;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO product
SELECT i, 'product ' || (i * 37 % 503), (i * 131 % 9973) / 100.0,
  CAST(printf('%.*c', i * 97 % 9000, char(65 + i % 26)) AS BLOB)
FROM n;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
INSERT INTO purchase
SELECT i, i * 7 % 4000 + 1, i * 11 % 500 + 1, i % 5 + 1, date('2020-01-01', (i % 700) || ' days')
FROM n;
COMMIT;

CREATE INDEX purchase_customer ON purchase (customer, day);
CREATE INDEX purchase_product ON purchase (product);
CREATE INDEX customer_city ON customer (city COLLATE NOCASE);
ANALYZE;

SELECT 'rows', (SELECT count(*) FROM customer), (SELECT count(*) FROM product),
  (SELECT count(*) FROM purchase);

SELECT 'blobs', sum(length(picture)), max(length(picture)), hex(substr(max(picture), 1, 4)) FROM product;

SELECT 'cities', city, count(*), printf('%.2f', sum(amount * price))
FROM purchase JOIN customer ON customer.id = purchase.customer JOIN product ON product.id = purchase.product
GROUP BY city ORDER BY sum(amount * price) DESC, city LIMIT 10;

SELECT 'months', substr(day, 1, 7) AS month, count(DISTINCT customer), sum(amount),
  sum(sum(amount)) OVER (ORDER BY substr(day, 1, 7))
FROM purchase GROUP BY month ORDER BY month;

SELECT 'ranks', * FROM (
  SELECT name, sum(amount) AS total, rank() OVER (ORDER BY sum(amount) DESC, name) AS place
  FROM purchase JOIN customer ON customer.id = purchase.customer GROUP BY customer.id
) WHERE place % 400 = 1;

SELECT 'long text', length(group_concat(name || ':' || notes, ', ')) FROM customer;

SELECT 'like', count(*) FROM customer WHERE name LIKE '%99%' OR notes GLOB '0*';

SELECT 'json', json_array_length(json_group_array(json_object('id', id, 'title', title, 'price', price))),
  length(json_group_array(json_object('id', id, 'title', title))) FROM product;

SELECT 'tree', count(*), sum(json_each.value)
FROM customer, json_each(json_array(customer.id, customer.id * 2)) WHERE customer.id <= 500;

-- A transaction that is taken back must leave no trace.
BEGIN;
UPDATE purchase SET amount = amount + 1, day = 'never ' || day;
DELETE FROM product WHERE id NOT IN (SELECT product FROM purchase);
SAVEPOINT half;
DELETE FROM purchase WHERE id % 2;
ROLLBACK TO half;
SELECT 'inside', count(*), sum(amount) FROM purchase;
ROLLBACK;
SELECT 'after', count(*), sum(amount), min(day) FROM purchase;

-- Rows that grow and shrink move between pages.
UPDATE customer SET notes = notes || notes || name WHERE id % 3 = 0;
UPDATE customer SET notes = '' WHERE id % 5 = 0;
UPDATE product SET picture = zeroblob(20000) WHERE id % 25 = 0;
SELECT 'changed', sum(length(notes)) FROM customer;

DELETE FROM customer WHERE id % 4 = 1;
SELECT 'left', count(*), (SELECT count(*) FROM purchase) FROM log;

CREATE TEMP TABLE busy AS
  SELECT customer, count(*) AS purchases FROM purchase GROUP BY customer HAVING purchases > 6;
CREATE VIEW favourite AS
  SELECT customer, product, max(amount) AS amount FROM purchase GROUP BY customer;
SELECT 'views', count(*), sum(favourite.amount) FROM favourite JOIN busy USING (customer);

ALTER TABLE customer ADD COLUMN kind TEXT DEFAULT 'plain';
ALTER TABLE customer DROP COLUMN notes;
DROP INDEX customer_city;

PRAGMA integrity_check;
SELECT 'pages before', page_count > 100, freelist_count > 0 FROM pragma_page_count, pragma_freelist_count;
VACUUM;
SELECT 'pages after', page_count, freelist_count FROM pragma_page_count, pragma_freelist_count;
PRAGMA integrity_check;

WITH RECURSIVE mandelbrot (y, x, steps, zx, zy) AS (
  SELECT y.value, x.value, 0, 0.0, 0.0 FROM json_each('[-1.0,-0.6,-0.2,0.2,0.6,1.0]') y,
    json_each('[-2.0,-1.7,-1.4,-1.1,-0.8,-0.5,-0.2,0.1,0.4]') x
  UNION ALL
  SELECT y, x, steps + 1, zx * zx - zy * zy + x, 2 * zx * zy + y FROM mandelbrot
  WHERE zx * zx + zy * zy < 4 AND steps < 60
)
SELECT 'plot', group_concat(depth, ' ') FROM (
  SELECT y, x, max(steps) AS depth FROM mandelbrot GROUP BY y, x ORDER BY y, x
) GROUP BY y ORDER BY y;

DROP TABLE purchase;
DROP TABLE product;
SELECT 'done', count(*) FROM customer;
