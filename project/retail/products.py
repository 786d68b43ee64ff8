"""Products out of sale lines: their name, price, category and what can be said about them. Pure.

The file is a book of invoices, not a catalogue: for each stock code the name is what most invoices call it, the price
is what its latest buyers usually paid.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from contracts.catalog import ProductDraft
from contracts.kernel import Money, Sku
from project.retail.book import Invoice, KeptLine
from project.retail.categories import category_of
from project.retail.classify import LineClass, is_product_code
from project.retail.names import is_remark, readable_name

RECENT_SALES = 40
"""The price is the one that most of this many latest sale lines had."""
NO_COUNTRIES = frozenset({"Unspecified", "European Community", "Channel Islands"})
"""Entries in the country column that are none; they count as no country in a description."""


@dataclass(slots=True, kw_only=True)
class Article:
    """What the invoices say of one stock code."""

    sku: str
    descriptions: Counter[str] = field(default_factory=Counter)
    recent_prices: deque[Decimal] = field(default_factory=lambda: deque(maxlen=RECENT_SALES))
    countries: set[str] = field(default_factory=set)
    first_sale: datetime | None = None
    last_sale: datetime | None = None
    sold: int = 0
    """Units, free ones too."""
    returned: int = 0

    @property
    def net_sold(self) -> int:
        return max(self.sold - self.returned, 0)

    @property
    def is_product(self) -> bool:
        """Whether it can be offered: it has a name and was sold for at least a penny."""
        return bool(self.descriptions and self.recent_prices)

    @property
    def name(self) -> str:
        """The most frequent name, readable; the earliest in the file among equals."""
        return readable_name(self.descriptions.most_common(1)[0][0])

    @property
    def price(self) -> Decimal:
        """The most frequent recent price in pounds; the latest among equals."""
        counts = Counter(reversed(self.recent_prices))
        return counts.most_common(1)[0][0]


def read_articles(invoices: Iterable[Invoice]) -> dict[str, Article]:
    """Everything that is sold, by stock code; charges are left out.

    :param invoices: in order of time.
    """
    articles: dict[str, Article] = {}
    for invoice in invoices:
        for kept in invoice.lines:
            sku = kept.line.sku
            article = articles.get(sku)
            if article is None:
                if not is_product_code(sku):
                    continue
                article = articles[sku] = Article(sku=sku)
            _note(article, kept)
    return articles


def _note(article: Article, kept: KeptLine) -> None:
    line = kept.line
    if kept.line_class is LineClass.CANCELLATION:
        article.returned -= line.quantity
        return
    article.sold += line.quantity
    if kept.line_class is not LineClass.SALE:
        return
    article.countries.add(line.country)
    if article.first_sale is None:
        article.first_sale = line.at
    article.last_sale = line.at
    if kept.price > 0:
        article.recent_prices.append(kept.price)
    if not is_remark(line.description):
        article.descriptions[line.description] += 1


def product_drafts(articles: Iterable[Article]) -> tuple[ProductDraft, ...]:
    """The products that can be offered, by stock code."""
    offered = sorted((article for article in articles if article.is_product), key=lambda article: article.sku)
    return tuple(
        ProductDraft(
            sku=Sku(article.sku),
            name=article.name,
            price=Money(amount=article.price),
            category=category_of(article.name),
            description=describe(article),
            popularity=article.net_sold,
        )
        for article in offered
    )


def describe(article: Article) -> str:
    """One sentence that states facts from the file."""
    countries = sorted(article.countries - NO_COUNTRIES)
    where = f" in {len(countries)} countries" if len(countries) > 1 else ""
    if len(countries) == 1:
        where = f" in {'the ' if countries[0] == 'United Kingdom' else ''}{countries[0]}"
    first, last = f"{article.first_sale:%B %Y}", f"{article.last_sale:%B %Y}"
    when = f"in {first}" if first == last else f"between {first} and {last}"
    units = f"{article.sold:,} unit{'' if article.sold == 1 else 's'}"
    return f"{units} sold to customers{where} {when}."
