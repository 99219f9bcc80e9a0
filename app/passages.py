"""Passages to try a test of units on where no corpus is at hand, written for rnnscope: with quotations and brackets."""

PROSE = """"You are late," said the captain, and he did not look up from the map. "The river has risen since the \
morning, and the bridge (the old one, by the mill) is gone."

Peter stood at the door. He had ridden all night, first through the forest, then along the bank, and he could still \
hear the water. "I came as fast as I could," he answered. "The road was full of carts. Nobody would let me pass."

"And the letter?"

"Here." He drew it from his coat, wet at the edges, and laid it on the table. The captain broke the seal, read the \
first line, and frowned; then he read it again, slowly, with his finger under each word.

Outside, two soldiers were talking in low voices. One of them laughed. A horse shook its bridle, somebody called a \
name, and the wind (which had come from the east for three days) threw rain against the window.

"She writes that they will not wait for us," the captain said at last. "They cross tomorrow, with us or without us. \
What do you think of that, Peter?"

"I think that she is right," said Peter. "If they wait, the others will come. If they cross, they have a day. It is \
not much, but a day is a day."

The captain folded the letter and put it away. He was an old man (nobody knew how old), and in all those years he had \
learnt to be silent when he was angry. "Very well," he said. "Wake the men. Tell them to leave the wagons, the tents, \
everything that cannot be carried. We go at four."

"And the wounded, sir?"

"The wounded come with us." He took up his pen, tried it on the back of his hand, and began to write. "Give this to \
the rider when he has eaten. Say to her: we are on our way. Say nothing else."

Peter bowed and went out. In the yard the rain had almost stopped; over the hills, where the road came down to the \
ford, there was a thin line of light. "Four o'clock," he said to the soldiers. "Get up, get up! We go home." They \
looked at each other, as men do who have heard that too often, and then one after the other they rose.
"""

CODE = """/*
 * A pool of pages: the free ones are kept in a list.
 * Nothing here may sleep.
 */
#include "pool.h"

#define POOL_SIZE 64

struct page {
\tstruct page *next;
\tint used;\t/* not zero while somebody holds it */
};

static struct page pages[POOL_SIZE];
static struct page *first;

/* Returns a free page, or NULL when there is none. */
struct page *take_page(void)
{
\tstruct page *found = first;

\tif (found == NULL) {
\t\tprintk("pool: no page is left\\n");
\t\treturn NULL;
\t}
\tfirst = found->next;
\tfound->next = NULL;
\tfound->used = 1;
\treturn found;
}

/*
 * Gives a page back. A page that is free already is a fault of
 * the caller, and said so.
 */
int give_page(struct page *page)
{
\tif (page == NULL || (page->used == 0)) {
\t\tprintk("pool: %p is free already\\n", page);
\t\treturn -EINVAL;
\t}
\tpage->used = 0;
\tpage->next = first;
\tfirst = page;
\treturn 0;
}

static int count_free(void)
{
\tstruct page *page;
\tint count = 0;

\tfor (page = first; page != NULL; page = page->next) {
\t\tif (page->used) {
\t\t\tprintk("pool: a used page is in the list\\n");
\t\t\tcontinue;
\t\t}
\t\tcount++;
\t}
\treturn count;
}

int init_pool(void)
{
\tint i;

\tfor (i = 0; i < POOL_SIZE; i++) {
\t\tpages[i].used = 1;
\t\tif (give_page(&pages[i]) < 0)
\t\t\treturn -1;
\t}
\tif (count_free() != POOL_SIZE) {
\t\tprintk("pool: %d pages are missing\\n", POOL_SIZE - count_free());
\t\treturn -1;
\t}
\treturn 0;
}
"""
