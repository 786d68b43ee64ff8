"""The book becomes the contracts' values: customers, sales and credit notes, stock. Pure.

Ids are derived from the file's own numbers, so that every run makes the same ones. ``products`` makes the products.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from contracts.customers import CustomerRecord
from contracts.inventory import StockRecord
from contracts.kernel import CustomerId, Money, OrderId, Sku
from contracts.orders import OrderLine, SaleRecord
from project.retail.book import Book, Invoice
from project.retail.categories import category_drafts
from project.retail.names import is_remark, readable_name
from project.retail.products import Article, product_drafts, read_articles
from project.retail.shipment import Shipment

NAMESPACE = uuid5(NAMESPACE_URL, "https://doi.org/10.24432/C5BW33")
"""Below it lie the ids of customers and orders: the data set's own address."""
LONDON = ZoneInfo("Europe/London")
RECENT = timedelta(days=60)
LEAST_ON_SHELF = 20


def shipment_of(book: Book) -> Shipment:
    """Everything that the book says, as the shop's modules take it."""
    articles = read_articles(book.invoices)
    products = product_drafts(articles.values())
    names = {product.sku: product.name for product in products}
    return Shipment(
        categories=category_drafts(),
        products=products,
        customers=customer_records(book.invoices),
        stock=stock_records([articles[product.sku] for product in products], book),
        sales=sale_records(book.invoices, names=names),
    )


@cache
def customer_id(number: str) -> CustomerId:
    """The id of the customer with this number in the file."""
    return CustomerId(uuid5(NAMESPACE, f"customer:{number}"))


def order_id(invoice: str) -> OrderId:
    """The id of the order or credit note with this invoice number."""
    return OrderId(uuid5(NAMESPACE, f"invoice:{invoice}"))


def utc(local: datetime) -> datetime:
    """The shop's local time as an aware one in UTC."""
    return local.replace(tzinfo=LONDON).astimezone(UTC)


def customer_records(invoices: Iterable[Invoice]) -> tuple[CustomerRecord, ...]:
    """Every customer who has a number, with the country of most of their invoices, by number.

    :param invoices: in order of time; of countries with as many invoices the first one counts.
    """
    countries: defaultdict[str, Counter[str]] = defaultdict(Counter)
    since: dict[str, datetime] = {}
    for invoice in invoices:
        if invoice.customer:
            countries[invoice.customer][invoice.country] += 1
            since.setdefault(invoice.customer, invoice.at)
    return tuple(
        CustomerRecord(
            customer_id=customer_id(number),
            name=f"Customer {number}",
            country=countries[number].most_common(1)[0][0],
            known_since=utc(since[number]),
            external_number=number,
        )
        for number in sorted(countries)
    )


def sale_records(invoices: Iterable[Invoice], *, names: Mapping[Sku, str]) -> tuple[SaleRecord, ...]:
    """One sale or credit note an invoice.

    :param names: of products, for lines that do not name what was sold.
    """
    line_name = _line_names(names)
    money = cache(_money)
    return tuple(
        SaleRecord(
            order_id=order_id(invoice.number),
            number=invoice.number,
            customer_id=customer_id(invoice.customer) if invoice.customer else None,
            country=invoice.country,
            placed_at=utc(invoice.at),
            lines=tuple(
                OrderLine(
                    sku=Sku(kept.line.sku),
                    name=line_name(kept.line.description, kept.line.sku),
                    quantity=kept.line.quantity,
                    unit_price=money(kept.price),
                )
                for kept in invoice.lines
            ),
            total=Money(amount=invoice.total),
            is_credit_note=invoice.is_credit_note,
        )
        for invoice in invoices
    )


def _money(amount: Decimal) -> Money:
    return Money(amount=amount)


def _line_names(names: Mapping[Sku, str]) -> Callable[[str, str], str]:
    @cache
    def line_name(description: str, sku: str) -> str:
        return names.get(Sku(sku), sku) if is_remark(description) else readable_name(description)

    return line_name


def stock_records(articles: Iterable[Article], book: Book) -> tuple[StockRecord, ...]:
    """What came, went and came back of each product.

    The file has no stock levels: as much is taken to have been received as leaves on the shelf what the last 60 days
    sold, and 20 more.
    """
    corrected: Counter[str] = Counter()
    for line in book.corrections:
        corrected[line.sku] += line.quantity
    recent = _recently_sold(book.invoices)
    return tuple(
        StockRecord(
            sku=Sku(article.sku),
            received=max(
                article.sold - article.returned - corrected[article.sku] + LEAST_ON_SHELF + max(recent[article.sku], 0),
                0,
            ),
            sold=article.sold,
            returned=article.returned,
            corrected=corrected[article.sku],
        )
        for article in articles
    )


def _recently_sold(invoices: tuple[Invoice, ...]) -> Counter[str]:
    """Units of each stock code, less those given back, in the last days of the book."""
    sold: Counter[str] = Counter()
    if not invoices:
        return sold
    start = invoices[-1].at - RECENT
    for invoice in reversed(invoices):
        if invoice.at < start:
            break
        for kept in invoice.lines:
            sold[kept.line.sku] += kept.line.quantity
    return sold
